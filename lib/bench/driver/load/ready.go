package load

import (
	"context"
	"fmt"
	"sync"
	"time"
)

const (
	// readyAttempt is how long one attempt at a first write may take, and
	// readyEvery the pause before the next.
	readyAttempt = 2 * time.Second
	readyEvery   = 5 * time.Millisecond
)

// Ready returns once each client has written.
func Ready(ctx context.Context, clients []Client, bytes int) error {
	failures := make([]error, len(clients))
	var all sync.WaitGroup
	for i, client := range clients {
		all.Go(func() { failures[i] = ready(ctx, client, bytes) })
	}
	all.Wait()
	for _, err := range failures {
		if err != nil {
			return err
		}
	}
	return nil
}

func ready(ctx context.Context, client Client, bytes int) error {
	for {
		attempt, cancel := context.WithTimeout(ctx, readyAttempt)
		err := client.Write(attempt, Key(0), Document(bytes))
		cancel()
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("no write succeeded: %w", err)
		case <-time.After(readyEvery):
		}
	}
}
