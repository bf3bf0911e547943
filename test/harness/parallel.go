package harness

import "sync"

// Parallel calls act with each index below count, with limit calls at a time.
func Parallel(count, limit int, act func(i int)) {
	next := make(chan int)
	var wg sync.WaitGroup
	for range limit {
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
