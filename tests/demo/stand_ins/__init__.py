"""In place of libraries without ready-made builds; on the import path of the demo's Home Assistant."""
