// Package contract holds what the server and the Kubernetes manifests must
// agree on: ports, paths, the data directory, where secrets are mounted, the
// names of environment variables, and limits. The values live in
// contract.json, which the manifests read too; nothing here repeats them.
package contract

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
)

//go:embed contract.json
var source []byte

// Contract is the whole of contract.json.
type Contract struct {
	// Name is the product's name, used in names of Kubernetes objects.
	Name string `json:"name"`
	// Image says how the container image is laid out.
	Image struct {
		// Binary is the absolute path of the server in the image.
		Binary string `json:"binary"`
		// User and Group are the numeric ids the container runs as.
		User  int `json:"user"`
		Group int `json:"group"`
	} `json:"image"`
	// Ports are what the server listens on.
	Ports struct {
		HTTP Port `json:"http"`
		// Peer is where members keep their logs the same.
		Peer Port `json:"peer"`
		// Membership is where members ask each other who is in the cluster.
		Membership Port `json:"membership"`
	} `json:"ports"`
	// Paths are what the server answers at.
	Paths Paths `json:"paths"`
	// Headers are those of answers that are this server's own.
	Headers struct {
		// Member names the pod that answered, so that a client can tell a
		// member's answer from that of a proxy in front of it.
		Member string `json:"member"`
	} `json:"headers"`
	// Services are the names of the Kubernetes Services.
	Services struct {
		Client string `json:"client"`
		Peers  string `json:"peers"`
	} `json:"services"`
	// DataDirectory is where the volume is mounted.
	DataDirectory string `json:"dataDirectory"`
	// Tokens is the Secret that holds bearer tokens, one a line.
	Tokens Mount `json:"tokens"`
	// PeerSecret is the Secret that members derive their certificates from.
	PeerSecret Mount `json:"peerSecret"`
	// Environment maps a setting to the name of its environment variable.
	Environment Environment `json:"environment"`
	// Labels are put on every Kubernetes object.
	Labels map[string]string `json:"labels"`
	// Limits bound what a client may ask for.
	Limits Limits `json:"limits"`
	// Replicas are the numbers of members the server can run as.
	Replicas []int `json:"replicas"`
}

// Port is a port's name in Kubernetes and its number.
type Port struct {
	Name   string `json:"name"`
	Number int    `json:"number"`
}

// Paths are the URL paths the server answers at.
type Paths struct {
	Live    string `json:"live"`
	Ready   string `json:"ready"`
	Metrics string `json:"metrics"`
	OpenAPI string `json:"openapi"`
	// Items is the collection; an item is one segment below it.
	Items string `json:"items"`
}

// Mount is a key of a Kubernetes Secret and the directory it is mounted at.
type Mount struct {
	Secret    string `json:"secret"`
	Key       string `json:"key"`
	Directory string `json:"directory"`
}

// File is the absolute path of the mounted key.
func (m Mount) File() string { return path.Join(m.Directory, m.Key) }

// Environment holds the names of the environment variables the server reads.
// Package settings says what each means.
type Environment struct {
	HTTPAddress     string `json:"httpAddress"`
	DataDirectory   string `json:"dataDirectory"`
	TokensFile      string `json:"tokensFile"`
	PeerSecretFile  string `json:"peerSecretFile"`
	PodName         string `json:"podName"`
	PeerDomain      string `json:"peerDomain"`
	Replicas        string `json:"replicas"`
	DrainDelay      string `json:"drainDelay"`
	ShutdownTimeout string `json:"shutdownTimeout"`
	UnreadyAfter    string `json:"unreadyAfter"`
	StoreBytes      string `json:"storeBytes"`
	LogLevel        string `json:"logLevel"`
}

// Limits bound requests and connections.
type Limits struct {
	// BodyBytes is the largest document, and so the largest request body.
	BodyBytes int64 `json:"bodyBytes"`
	// StoreBytes is how much all items may take on disk, unless a setting
	// says less; volumes are larger, for the log and snapshots.
	StoreBytes int64 `json:"storeBytes"`
	// RequestSeconds is how long a client may take to send a request.
	RequestSeconds int `json:"requestSeconds"`
	// IdleSeconds is how long an idle connection is kept. It is longer than
	// a load balancer's own idle timeout (60 s), so that the balancer never
	// sends a request on a connection the server is closing.
	IdleSeconds int `json:"idleSeconds"`
}

// PodOrdinal splits the name of a pod of the StatefulSet into what all of them
// begin with, the hyphen included, and its number. ok is false if it is no such
// name, or of a pod beyond the most that there can be.
func (c Contract) PodOrdinal(name string) (base string, ordinal int, ok bool) {
	cut := strings.LastIndexByte(name, '-') + 1
	ordinal, err := strconv.Atoi(name[cut:])
	ok = err == nil && cut > 0 && strconv.Itoa(ordinal) == name[cut:] && ordinal >= 0 && ordinal < slices.Max(c.Replicas)
	return name[:cut], ordinal, ok
}

// Get is the contract of this build.
var Get = mustParse(source)

func mustParse(source []byte) Contract {
	var c Contract
	if err := json.Unmarshal(source, &c); err != nil {
		// It is part of the program, and no build with this passes its tests.
		panic(fmt.Sprintf("contract.json: %v", err))
	}
	return c
}
