// Command network-policies enforces NetworkPolicies on one node: kube-router's controller for them, without its
// router and its service proxy.
package main

import (
	"context"
	"flag"
	"log"
	"os"
	"sync"
	"syscall"
	"time"

	"github.com/cloudnativelabs/kube-router/v2/pkg/controllers/netpol"
	"github.com/cloudnativelabs/kube-router/v2/pkg/healthcheck"
	"github.com/cloudnativelabs/kube-router/v2/pkg/options"
	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/klog/v2"
)

// What kube-router marks a packet with that a policy admits, and lets pass:
// https://github.com/cloudnativelabs/kube-router/blob/v2.1.0/pkg/controllers/netpol/pod.go
const admitted = "0x10000"

// The environment variable that tells a process that it is not the first.
const startedAgain = "STARTED_AGAIN"

func main() {
	kubeconfig := flag.String("kubeconfig", "", "how the API server is reached")
	node := flag.String("node", "", "name of the node it runs on")
	nodes := flag.String("nodes", "", "addresses of all nodes, as a CIDR block: what comes from there may reach every pod")
	services := flag.String("services", "", "addresses of services, as a CIDR block")
	flag.Parse()
	// kube-router ends itself when it cannot make its chains, and counts on being started again, as a pod is.
	klog.OsExit = func(int) { log.Fatal(startAgain()) }
	err := run(*kubeconfig, *node, *nodes, *services)
	if os.Getenv(startedAgain) != "" { // It has worked before.
		log.Print(err)
		err = startAgain()
	}
	log.Fatal(err)
}

// startAgain makes this process a new one of the same program, under the number by which others know it.
func startAgain() error {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	if err := os.Setenv(startedAgain, "true"); err != nil {
		return err
	}
	time.Sleep(5 * time.Second)
	return syscall.Exec(program, os.Args, os.Environ())
}

func run(kubeconfig, node, nodes, services string) error {
	clientConfig, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return err
	}
	client, err := kubernetes.NewForConfig(clientConfig)
	if err != nil {
		return err
	}
	config := options.NewKubeRouterConfig()
	config.IPTablesSyncPeriod = time.Minute // Also after a round that failed.
	config.ClusterIPCIDRs = []string{services}
	config.EnableIPv4 = true
	tables, sets, err := netpol.NewIPTablesHandlers(config)
	if err != nil {
		return err
	}
	// A policy never blocks a pod's own node. Here it blocks no node: Ingress controllers run in the nodes' own network.
	if err := tables[v1.IPv4Protocol].AppendUnique("mangle", "PREROUTING", "-s", nodes, "-j", "MARK", "--or-mark", admitted); err != nil {
		return err
	}

	factory := informers.NewSharedInformerFactory(client, 0)
	pods := factory.Core().V1().Pods().Informer()
	namespaces := factory.Core().V1().Namespaces().Informer()
	policies := factory.Networking().V1().NetworkPolicies().Informer()
	forever := make(chan struct{})
	factory.Start(forever)
	factory.WaitForCacheSync(forever)

	// It takes the name of this machine for the node's if there is a node of that name, but for this variable.
	if err := os.Setenv("NODE_NAME", node); err != nil {
		return err
	}
	for { // Until the kubelet has said that the node is there.
		_, err := client.CoreV1().Nodes().Get(context.Background(), node, metav1.GetOptions{})
		if err == nil {
			break
		}
		log.Print(err)
		time.Sleep(500 * time.Millisecond)
	}
	controller, err := netpol.NewNetworkPolicyController(
		client, config, pods, policies, namespaces, &sync.Mutex{}, tables, sets)
	if err != nil {
		return err
	}
	for informer, handler := range map[cache.SharedIndexInformer]cache.ResourceEventHandler{
		pods:       controller.PodEventHandler,
		namespaces: controller.NamespaceEventHandler,
		policies:   controller.NetworkPolicyEventHandler,
	} {
		if _, err := informer.AddEventHandler(handler); err != nil {
			return err
		}
	}
	// It says that it lives before each round, and waits until somebody has heard it.
	beats := make(chan *healthcheck.ControllerHeartbeat)
	go func() {
		for range beats {
		}
	}()
	var running sync.WaitGroup
	running.Add(1)
	controller.Run(beats, forever, &running)
	return nil
}
