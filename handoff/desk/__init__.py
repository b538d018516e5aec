"""The pages where agents, coordinators and Dinas Sosial do their tickets, over ports that the store implements."""
