// Command etcd is etcd's server as its own module builds it, compiled like the server it is compared with.
package main

import (
	"os"

	"go.etcd.io/etcd/server/v3/etcdmain"
)

func main() { etcdmain.Main(os.Args) }
