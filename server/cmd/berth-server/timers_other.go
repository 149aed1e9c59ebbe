//go:build !linux

package main

// coalesceTimers does nothing where it is not known how.
func coalesceTimers() {}
