"""Pictures and pages of a project that leave it: the lineage graph as HTML and PNG, the contact sheet."""
