"""What stands before the workspace: first run, sign-in, the locked page, trouble on opening."""
