"""What the business does: one module per capability, verbs inside. Imports point down, to db only."""
