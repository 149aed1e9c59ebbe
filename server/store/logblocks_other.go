//go:build !linux

package store

import "context"

// watchLogBlocks does nothing where it is not known how.
func (*Store) watchLogBlocks(context.Context) {}
