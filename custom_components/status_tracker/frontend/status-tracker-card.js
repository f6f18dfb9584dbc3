customElements.get("status-tracker-card");
