using Conductor.Host.Redaction;
using Conductor.Settings;
using Conductor.Telemetry;
using Microsoft.Extensions.DependencyInjection.Extensions;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Conductor.Host.Telemetry;

/// <summary>Sends metrics and spans to an OTLP endpoint, where `telemetry: { otlp: ... }` names one. What is pending goes out at the stop.</summary>
internal static partial class OpenTelemetrySetup
{
    /// <summary>Adds the export; it starts and stops with the host and does nothing without an endpoint.</summary>
    public static IServiceCollection AddOtlpExport(this IServiceCollection services) => services.AddRedactor().AddHostedService<OtlpExport>();

    private static IServiceCollection AddRedactor(this IServiceCollection services)
    {
        services.TryAddSingleton<SecretRedactor>(); // a server has one that knows its configuration
        return services;
    }

    /// <summary>
    /// Where one signal goes. Port 4317 is gRPC by convention, everything else HTTP with protobuf; the latter's path is the signal's own unless the
    /// address already has one. `OTEL_EXPORTER_OTLP_PROTOCOL` decides where it is set.
    /// </summary>
    internal static (Uri Endpoint, OtlpExportProtocol Protocol) TargetOf(Uri address, string signal, string? protocol)
    {
        var isGrpc = protocol switch
        {
            "grpc" => true,
            "http/protobuf" => false,
            _ => address.Port == 4317,
        };
        if (isGrpc)
        {
            return (address, OtlpExportProtocol.Grpc);
        }

        return (address.AbsolutePath == "/" ? new Uri(address, $"v1/{signal}") : address, OtlpExportProtocol.HttpProtobuf);
    }

    private static void Aim(OtlpExporterOptions exporter, Uri address, string signal, string? protocol)
    {
        (exporter.Endpoint, exporter.Protocol) = TargetOf(address, signal, protocol);

        // No redirect is followed, and nothing for this machine goes to a proxy of the environment.
        exporter.HttpClientFactory = () => new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = !address.IsLoopback, PooledConnectionLifetime = TimeSpan.FromMinutes(2) })
        {
            Timeout = TimeSpan.FromMilliseconds(exporter.TimeoutMilliseconds),
        };
    }

    private sealed partial class OtlpExport(ISettings settings, SecretRedactor redactor, ILogger<OtlpExport> logger) : IHostedService, IDisposable
    {
        private MeterProvider? _meters;
        private TracerProvider? _spans;

        public Task StartAsync(CancellationToken cancellationToken)
        {
            if (settings.Current.Telemetry.Otlp is not { Length: > 0 } otlp)
            {
                return Task.CompletedTask;
            }

            if (!Uri.TryCreate(otlp, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            {
                NotAnAddress(logger);
                return Task.CompletedTask;
            }

            var protocol = Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_PROTOCOL");
            var resource = ResourceBuilder.CreateDefault().AddService("conductor", serviceVersion: typeof(OpenTelemetrySetup).Assembly.GetName().Version?.ToString(3));
            _meters = Sdk.CreateMeterProviderBuilder().SetResourceBuilder(resource).AddMeter(ConductorMetrics.MeterName)
                .AddOtlpExporter(exporter => Aim(exporter, address, "metrics", protocol)).Build();
            _spans = Sdk.CreateTracerProviderBuilder().SetSampler(new CallerSampler()).SetResourceBuilder(resource).AddSource(ConductorActivity.SourceName)
                .AddProcessor(new RedactingProcessor(redactor))
                .AddOtlpExporter(exporter => Aim(exporter, address, "traces", protocol)).Build();
            Exporting(logger, address.GetLeftPart(UriPartial.Authority));
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken)
        {
            Dispose(); // sends what is pending; the exporter bounds the wait itself (10 s)
            return Task.CompletedTask;
        }

        public void Dispose()
        {
            Interlocked.Exchange(ref _spans, null)?.Dispose();
            Interlocked.Exchange(ref _meters, null)?.Dispose();
        }

        [LoggerMessage(9030, LogLevel.Warning, "The value of telemetry.otlp is not an http or https address; nothing is exported")]
        private static partial void NotAnAddress(ILogger logger); // not the value: it may hold credentials

        [LoggerMessage(9031, LogLevel.Information, "Metrics and spans go to {Address}")]
        private static partial void Exporting(ILogger logger, string address);
    }
}
