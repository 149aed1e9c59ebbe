// Command etcd is etcd's server as its own module builds it, under the name everyone knows it by.
package main

import (
	"os"

	"go.etcd.io/etcd/server/v3/etcdmain"
)

func main() { etcdmain.Main(os.Args) }
