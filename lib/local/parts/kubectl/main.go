// Command kubectl is kubectl by itself: commands run it hundreds of times, and as a part of the binary with every
// component it would begin each time with what those set up, which takes twice as long.
package main

import (
	"os"

	"k8s.io/component-base/cli"
	"k8s.io/kubectl/pkg/cmd"
)

func main() { os.Exit(cli.Run(cmd.NewDefaultKubectlCommand())) }
