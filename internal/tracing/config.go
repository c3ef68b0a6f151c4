package tracing

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
)

// config is what the environment says.
type config struct {
	url     string
	service string
	sampler sdk.Sampler
}

// read is nil when nothing is to be traced. A variable that is set to nothing counts as not set, as OpenTelemetry has it.
func read(env func(string) (string, bool)) (*config, error) {
	get := func(name string) string {
		value, _ := env(name)
		return strings.TrimSpace(value)
	}
	if strings.EqualFold(get("OTEL_SDK_DISABLED"), "true") || get("OTEL_TRACES_EXPORTER") == "none" {
		return nil, nil
	}
	name := "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"
	endpoint := get(name)
	general := endpoint == ""
	if general {
		name = "OTEL_EXPORTER_OTLP_ENDPOINT"
		endpoint = get(name)
	}
	if endpoint == "" {
		return nil, nil
	}
	protocol := get("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL")
	if protocol == "" {
		protocol = get("OTEL_EXPORTER_OTLP_PROTOCOL")
	}
	if protocol == "grpc" {
		return nil, errors.New("tracing: traces are sent over HTTP, not gRPC: set OTEL_EXPORTER_OTLP_PROTOCOL to http/protobuf, and the endpoint " +
			"to the collector's HTTP port (4318 as a rule)")
	}
	// The value is not shown: it may hold a password.
	u, err := url.Parse(endpoint)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, fmt.Errorf("tracing: %s is no http or https address, such as http://localhost:4318", name)
	}
	if general {
		u = u.JoinPath("v1", "traces")
	}
	sampler, err := samplerOf(get("OTEL_TRACES_SAMPLER"), get("OTEL_TRACES_SAMPLER_ARG"))
	if err != nil {
		return nil, err
	}
	return &config{url: u.String(), service: get("OTEL_SERVICE_NAME"), sampler: sampler}, nil
}

// samplerOf decides by the trace's id alone: the spans of a run are made at different times and by different processes,
// and all or none of them are wanted. Runs have no parent from elsewhere, so that parentbased_ changes nothing.
func samplerOf(name, arg string) (sdk.Sampler, error) {
	switch strings.TrimPrefix(name, "parentbased_") {
	case "", "always_on":
		return sdk.AlwaysSample(), nil
	case "always_off":
		return sdk.NeverSample(), nil
	case "traceidratio":
		if arg == "" {
			return sdk.AlwaysSample(), nil
		}
		share, err := strconv.ParseFloat(arg, 64)
		if err != nil || share < 0 || share > 1 {
			return nil, fmt.Errorf("tracing: OTEL_TRACES_SAMPLER_ARG is %q; it must be a number from 0 to 1", arg)
		}
		return sdk.TraceIDRatioBased(share), nil
	}
	return nil, fmt.Errorf("tracing: OTEL_TRACES_SAMPLER is %q; there are always_on, always_off and traceidratio", name)
}

// resource says who sends. OTEL_SERVICE_NAME counts more than OTEL_RESOURCE_ATTRIBUTES, and both more than our own name.
func (c *config) resource(ctx context.Context, version string) (*resource.Resource, error) {
	options := []resource.Option{
		resource.WithAttributes(attribute.String("service.name", "sluice"), attribute.String("service.version", version)),
		resource.WithTelemetrySDK(), resource.WithFromEnv(),
	}
	if c.service != "" {
		options = append(options, resource.WithAttributes(attribute.String("service.name", c.service)))
	}
	return resource.New(ctx, options...)
}
