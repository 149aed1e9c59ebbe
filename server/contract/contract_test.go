package contract

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

func TestEveryValueOfTheContractIsGiven(t *testing.T) {
	var empty func(path string, v reflect.Value)
	empty = func(path string, v reflect.Value) {
		switch v.Kind() {
		case reflect.Struct:
			for i := range v.NumField() {
				empty(path+"."+v.Type().Field(i).Name, v.Field(i))
			}
		default:
			if v.IsZero() {
				t.Errorf("contract.json leaves %s empty", path)
			}
		}
	}
	empty("contract", reflect.ValueOf(Get))
}

func TestEnvironmentNamesShareThePrefixThatSettingsGuard(t *testing.T) {
	names := reflect.ValueOf(Get.Environment)
	for i := range names.NumField() {
		if name := names.Field(i).String(); !strings.HasPrefix(name, "BERTH_") {
			t.Errorf("%s = %q, want a name that starts with BERTH_", names.Type().Field(i).Name, name)
		}
	}
}

func TestIdleConnectionsOutliveALoadBalancers(t *testing.T) {
	const loadBalancerIdleSeconds = 60
	if Get.Limits.IdleSeconds <= loadBalancerIdleSeconds {
		t.Errorf("idleSeconds = %d, want more than a load balancer's %d", Get.Limits.IdleSeconds, loadBalancerIdleSeconds)
	}
}

func TestEveryKeyOfTheContractIsKnownToTheServer(t *testing.T) {
	decoder := json.NewDecoder(bytes.NewReader(source))
	decoder.DisallowUnknownFields()
	var c Contract
	if err := decoder.Decode(&c); err != nil {
		t.Errorf("contract.json and this package have drifted apart: %v", err)
	}
}
