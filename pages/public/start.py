"""The start address: the navigation leads from here to where a role begins, or shows the sign-in form."""

from pages._ui.guard import visitor

actor = visitor()
