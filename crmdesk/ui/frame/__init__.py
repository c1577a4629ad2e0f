"""The frame of the window: its two rows and everything that opens from them."""
