package harness

import "sync"

// Parallel calls act for each of count, so many at a time.
func Parallel(count, at int, act func(i int)) {
	next := make(chan int)
	var wg sync.WaitGroup
	for range at {
		wg.Go(func() {
			for i := range next {
				act(i)
			}
		})
	}
	for i := range count {
		next <- i
	}
	close(next)
	wg.Wait()
}
