"""Work for agents: tickets, who gets them, and the desk where they are done."""
