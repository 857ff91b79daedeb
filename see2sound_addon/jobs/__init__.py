"""Long work in other processes: started, followed, cancelled."""
