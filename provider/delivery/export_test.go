package delivery

// Hindering is how many receivers are known to have failed, or to be slow.
func (l *Lanes[K]) Hindering() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.hindering)
}

// Busy is how many receivers have a lane.
func (l *Lanes[K]) Busy() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.busy)
}
