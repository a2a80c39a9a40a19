"""One file a panel: a pure function from snapshot to lines, and the widget that shows them."""
