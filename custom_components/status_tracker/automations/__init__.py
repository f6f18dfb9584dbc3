"""Events and field options of triggers and conditions."""
