"""The look of the window: colours, fonts, and the one style sheet made from them."""
