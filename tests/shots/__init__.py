"""Pictures of every state of the window, made again with one command; see :mod:`tests.shots.main`.

A module of this folder has ``shots(desk_factory) -> Iterator[(name, widget)]``. ``desk_factory()``
gives a fresh :class:`tests.builders.Desk` on a real workspace. A widget is shown at 1280 x 800
unless it is a dialog or has a size of its own.
"""
