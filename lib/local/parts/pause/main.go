// Command pause holds a pod's namespaces open until it is told to end. As process 1 of a pod that shares its
// process namespace it would also inherit orphans, which the kernel reaps for a parent that ignores SIGCHLD.
package main

import (
	"os"
	"os/signal"
	"syscall"
)

func main() {
	signal.Ignore(syscall.SIGCHLD)
	end := make(chan os.Signal, 1)
	signal.Notify(end, syscall.SIGTERM, syscall.SIGINT)
	<-end
}
