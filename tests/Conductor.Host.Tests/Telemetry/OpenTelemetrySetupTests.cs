using System.Collections.Concurrent;
using System.Text;
using Conductor.Calls;
using Conductor.Host.Telemetry;
using Conductor.Host.Tests.Support;
using Conductor.Settings;
using Conductor.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry.Exporter;

namespace Conductor.Host.Tests.Telemetry;

public sealed class OpenTelemetrySetupTests
{
    [Theory]
    [InlineData("http://c:4317", null, "http://c:4317/", OtlpExportProtocol.Grpc)]
    [InlineData("http://c:4318", null, "http://c:4318/v1/traces", OtlpExportProtocol.HttpProtobuf)]
    [InlineData("http://c:4318/", null, "http://c:4318/v1/traces", OtlpExportProtocol.HttpProtobuf)]
    [InlineData("https://c/otlp/v1/traces", null, "https://c/otlp/v1/traces", OtlpExportProtocol.HttpProtobuf)]
    [InlineData("http://c:4317", "http/protobuf", "http://c:4317/v1/traces", OtlpExportProtocol.HttpProtobuf)]
    [InlineData("http://c:9999", "grpc", "http://c:9999/", OtlpExportProtocol.Grpc)]
    public void TargetOf_Address_FollowsTheConventions(string address, string? protocol, string endpoint, OtlpExportProtocol expected)
    {
        Assert.Equal((new Uri(endpoint), expected), OpenTelemetrySetup.TargetOf(new Uri(address), "traces", protocol));
    }

    [Fact]
    public async Task Export_CollectorIsNamed_SendsMetricsAndSpansBeforeTheStopEnds()
    {
        var bodies = new ConcurrentDictionary<string, string>();
        await using var collector = await StartCollectorAsync(bodies);

        await RunOneCallAsync(AddressOf(collector));

        Assert.Contains("gen_ai.client.operation.duration", bodies["/v1/metrics"], StringComparison.Ordinal);
        Assert.Contains("conductor.calls.active", bodies["/v1/metrics"], StringComparison.Ordinal);
        Assert.Contains("gen_ai.request.model", bodies["/v1/traces"], StringComparison.Ordinal);
        Assert.Contains("otlp-test-model", bodies["/v1/traces"], StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData(null, true)]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", true)]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00", false)] // the caller's trace is not recorded
    public async Task Export_FromAProcess_SpansAsTheCallerWants_AndNotThroughAProxyOfTheEnvironment(string? traceparent, bool hasSpan)
    {
        Skip.If(OperatingSystem.IsWindows(), "a process is asked to stop by SIGTERM, which Windows lacks");
        var bodies = new ConcurrentDictionary<string, string>();
        await using var collector = await StartCollectorAsync(bodies);
        using var folder = new TemporaryFolder();
        var config = folder.Write("conductor.yaml", $$"""{ telemetry: { otlp: "{{AddressOf(collector)}}" } }""");
        var environment = new[] { "HTTP_PROXY", "http_proxy", "ALL_PROXY" }.ToDictionary(name => name, _ => (string?)"http://127.0.0.1:9");
        environment["NO_PROXY"] = environment["no_proxy"] = null;
        using var host = HostProcess.Start(["serve", "--listen", "http://127.0.0.1:0", "--config", config, "--data", folder.Combine("data")], environment: environment);
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, ActivityHeadersPropagator = null });
        if (traceparent is not null)
        {
            http.DefaultRequestHeaders.Add("traceparent", traceparent);
        }

        using var answer = await http.PostAsync(new Uri(await host.WaitForAddressAsync(), "v1/operations/sentiment_analysis"), new StringContent("""{"text":"fine"}""", Encoding.UTF8, "application/json"));
        host.Terminate();
        await host.WaitAsync();

        Assert.True(answer.IsSuccessStatusCode);
        Assert.Contains("gen_ai.client.operation.duration", bodies.GetValueOrDefault("/v1/metrics"), StringComparison.Ordinal);
        Assert.Equal(hasSpan, bodies.GetValueOrDefault("/v1/traces")?.Contains("sentiment_analysis", StringComparison.Ordinal) == true);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("not an address")]
    [InlineData("file:///etc/passwd")]
    public async Task Export_NoUsableCollector_StartsAndStopsWithout(string? address)
    {
        await RunOneCallAsync(address);
    }

    private static async Task<WebApplication> StartCollectorAsync(ConcurrentDictionary<string, string> bodies)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        var collector = builder.Build();
        collector.Run(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            bodies.AddOrUpdate(context.Request.Path.Value!, Encoding.Latin1.GetString(body.ToArray()), (_, before) => before + Encoding.Latin1.GetString(body.ToArray()));
            context.Response.ContentType = "application/x-protobuf";
        });
        await collector.StartAsync();
        return collector;
    }

    private static string AddressOf(WebApplication app) => app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    private static async Task RunOneCallAsync(string? otlp)
    {
        var services = new ServiceCollection().AddLogging().AddConductorTelemetry().AddOtlpExport();
        services.AddSingleton<ISettings>(new FixedSettings(otlp));
        await using var provider = services.BuildServiceProvider();
        var export = Assert.Single(provider.GetServices<IHostedService>());
        await export.StartAsync(CancellationToken.None);

        var metrics = provider.GetRequiredService<ConductorMetrics>();
        var call = new OperationCall { Context = CallContext.New(), Model = "otlp-test-model", Operation = "summarization", Payload = "{}"u8.ToArray() };
        metrics.CallStarted();
        var span = provider.GetRequiredService<ConductorActivity>().StartCall(call);
        var record = CallRecord.From(call, null, null, DateTimeOffset.UtcNow, TimeSpan.FromMilliseconds(3));
        metrics.CallEnded(record);
        ConductorActivity.EndCall(span, record);

        await export.StopAsync(CancellationToken.None);
    }

    private sealed class FixedSettings(string? otlp) : ISettings
    {
        public ConductorSettings Current { get; } = new() { Telemetry = new TelemetrySettings { Otlp = otlp } };

        public event Action<ConductorSettings>? Changed
        {
            add { }
            remove { }
        }
    }
}
