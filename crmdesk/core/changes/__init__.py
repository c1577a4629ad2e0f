"""The one road of every change of data: stage, plan, apply, undo."""
