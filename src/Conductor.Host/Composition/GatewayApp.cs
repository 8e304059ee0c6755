using System.Net.Sockets;
using Conductor.Host.Audit;
using Conductor.Host.Endpoints;
using Conductor.Host.Http;
using Conductor.Host.Idempotency;
using Conductor.Settings;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Hosting;

namespace Conductor.Host.Composition;

/// <summary>The server, from sockets to drain. Whoever builds it disposes it.</summary>
internal sealed partial class GatewayApp : IAsyncDisposable
{
    private const double LeastBytesPerSecond = 240;
    private static readonly TimeSpan KeepAliveTimeout = TimeSpan.FromSeconds(130);

    // What requests that are cut off have to tell their clients so.
    private static readonly TimeSpan TellTime = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan StopAfterDrain = TimeSpan.FromSeconds(5);

    // Left to itself the system lets a client that reads nothing fill several MiB. With the server's own buffers a stalled stream holds less than 2 MiB.
    private const int SendBufferBytes = 512 * 1024;

    private const string JsonOfFirstKey = """{"name":"NAME"}""";

    private readonly WebApplication _app;
    private readonly ILogger<GatewayApp> _logger;

    private GatewayApp(WebApplication app)
    {
        _app = app;
        _logger = app.Services.GetRequiredService<ILogger<GatewayApp>>();
    }

    public IServiceProvider Services => _app.Services;

    /// <summary>Where it listens, with the ports that port 0 became.</summary>
    public IReadOnlyList<string> Addresses =>
        [.. _app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses];

    /// <param name="launch">The configuration.</param>
    /// <param name="listen">Where to listen.</param>
    /// <param name="configureLogging">How log lines look and where they go.</param>
    /// <param name="configureServices">What a test replaces; comes last.</param>
    public static GatewayApp Build(
        LaunchSettings launch, ListenAddresses listen, Action<ILoggingBuilder> configureLogging, Action<IServiceCollection>? configureServices = null)
    {
        // Empty: no appsettings.json, no ASPNETCORE_ variables, no current directory. What is configured comes from one place.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory, ApplicationName = "Conductor.Host" });
        builder.WebHost.UseKestrelCore().UseSockets(Configure).ConfigureKestrel(kestrel => Configure(kestrel, listen, launch.Current)).UseKestrelHttpsConfiguration();
        configureLogging(builder.Logging);
        if (launch.Current.Telemetry.Otlp is not { Length: > 0 })
        {
            // An activity for every request, for a log scope that no line shows. With an export it carries the caller's `traceparent`.
            builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        }

        builder.Services.AddRoutingCore();
        builder.Services.Configure<HostOptions>(host => host.ServicesStartConcurrently = true); // plugins, the ledger and the sockets need not wait for each other
        builder.Services.AddGateway(launch, listen);
        configureServices?.Invoke(builder.Services);
        var app = builder.Build();
        app.UseMiddleware<ErrorBoundary>();
        app.UseRouting();
        app.UseMiddleware<AccessAudit>();
        app.UseMiddleware<AccessGate>();
        app.UseMiddleware<IdempotencyGate>();
        app.MapGateway();
        return new GatewayApp(app);
    }

    /// <summary>Opens the sockets, then loads the plugins. Requests that come in between wait for them.</summary>
    /// <exception cref="StartException">The address is taken or not this machine's, or the certificate cannot be used.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (_app.Services.GetRequiredService<ListenAddresses>().HaveTls)
        {
            _app.Services.GetRequiredService<TlsCertificates>().Load();
        }

        try
        {
            await _app.StartAsync(cancellationToken);
        }
        catch (IOException failure)
        {
            throw new StartException($"{failure.Message.TrimEnd('.')}. Stop the other program, or listen elsewhere: --listen http://127.0.0.1:5081", failure);
        }
        catch (SocketException failure)
        {
            throw new StartException($"Cannot listen on {string.Join(", ", _app.Services.GetRequiredService<ListenAddresses>().Endpoints)}: {failure.Message}.", failure);
        }

        Listening(_logger, string.Join(", ", Addresses));
        OfferBootstrap();
        await _app.Services.GetRequiredService<IConductor>().StartAsync(cancellationToken);
    }

    /// <summary>How the first key is made, for the console; null where there is a key, or where none is needed. It holds a secret: it goes into no log.</summary>
    public string? Bootstrap { get; private set; }

    /// <summary>Refuses new requests, waits for those in flight as long as the settings say, then stops.</summary>
    /// <returns>False when requests had to be cut off.</returns>
    public async Task<bool> DrainAsync()
    {
        var limit = _app.Services.GetRequiredService<ISettings>().Current.Server.DrainTimeout;
        var gate = _app.Services.GetRequiredService<DrainGate>();
        Draining(_logger, gate.InFlight, limit);
        var isDrained = true;
        var isTold = true;
        try
        {
            await gate.CloseAsync().WaitAsync(limit, _app.Services.GetRequiredService<TimeProvider>());
        }
        catch (TimeoutException)
        {
            isDrained = false;
            DrainTimedOut(_logger, gate.InFlight);
            await gate.CutAsync();
            var telling = gate.CloseAsync().WaitAsync(TellTime);
            await ((Task)telling).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            isTold = telling.IsCompletedSuccessfully;
        }

        // What calls have been told may still be on its way out of the server: only those that did not end in time are cut with their connections.
        using var stopping = new CancellationTokenSource(isTold ? StopAfterDrain : TimeSpan.Zero);
        await _app.StopAsync(stopping.Token);
        Stopped(_logger);
        return isDrained;
    }

    public async ValueTask DisposeAsync()
    {
        using (var stopping = new CancellationTokenSource(TimeSpan.FromSeconds(1)))
        {
            await _app.StopAsync(stopping.Token);
        }

        await _app.DisposeAsync();
    }

    private void OfferBootstrap()
    {
        var current = _app.Services.GetRequiredService<ISettings>().Current;
        if (current.Keys.Count > 0 || current.Server.InsecureListen || _app.Services.GetRequiredService<ListenAddresses>().AreLoopback)
        {
            return;
        }

        try
        {
            var (token, path) = _app.Services.GetRequiredService<BootstrapToken>().Make();
            Bootstrap = $"""
                No key is configured, so nobody is let in but whoever makes the first key. On this machine:
                  conductor keys create NAME --role admin
                From elsewhere, once, over https ('server: tls', or a proxy in 'server: trusted_proxies'), with this token, which is in '{path}' too:
                  curl https://HOST/admin/v1/keys -H 'authorization: Bearer {token}' -H 'content-type: application/json' -d '{JsonOfFirstKey}'
                """;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Bootstrap = $"No key is configured, and the token for the first one cannot be written ({failure.Message}). On this machine: conductor keys create NAME --role admin";
        }

        Closed(_logger);
    }

    // A connection's work goes on where its bytes came in, and an answer goes out where it was made, instead of each changing threads once more.
    // Bytes still come in on the thread pool, so that code that blocks holds up its own connection only.
    private static void Configure(SocketTransportOptions sockets)
    {
        sockets.UnsafePreferInlineScheduling = true;
        sockets.CreateBoundListenSocket = endpoint =>
        {
            var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
            socket.SendBufferSize = SendBufferBytes; // connections take it over from here
            return socket;
        };
    }

    private static void Configure(KestrelServerOptions kestrel, ListenAddresses listen, ConductorSettings settings)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = settings.Limits.MaxBodyBytes;
        kestrel.Limits.MaxRequestLineSize = 8 * 1024;
        kestrel.Limits.MaxRequestHeadersTotalSize = 32 * 1024;
        kestrel.Limits.MaxRequestHeaderCount = 100;
        kestrel.Limits.KeepAliveTimeout = KeepAliveTimeout;
        kestrel.Limits.RequestHeadersTimeout = settings.Server.HeaderTimeout;
        kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(LeastBytesPerSecond, settings.Server.StallTimeout);
        kestrel.Limits.MinResponseDataRate = new MinDataRate(LeastBytesPerSecond, settings.Server.StallTimeout);
        foreach (var socket in listen.Sockets)
        {
            kestrel.Listen(socket.Endpoint, options =>
            {
                options.Protocols = HttpProtocols.Http1;
                if (socket.IsTls)
                {
                    options.UseHttps(kestrel.ApplicationServices.GetRequiredService<TlsCertificates>().HandshakeOptions());
                }
            });
        }
    }

    [LoggerMessage(HostEventIds.Listening, LogLevel.Information, "Listening on {Addresses}")]
    private static partial void Listening(ILogger logger, string addresses);

    [LoggerMessage(HostEventIds.NoKeyYet, LogLevel.Warning, "No key is configured, and this server listens beyond this machine: it lets nobody in until the first key is made")]
    private static partial void Closed(ILogger logger);

    [LoggerMessage(HostEventIds.Draining, LogLevel.Information, "Stopping: {InFlight} requests in flight, at most {Limit} for them to end")]
    private static partial void Draining(ILogger logger, int inFlight, TimeSpan limit);

    [LoggerMessage(HostEventIds.DrainTimedOut, LogLevel.Warning, "{InFlight} requests did not end in time and are cut off")]
    private static partial void DrainTimedOut(ILogger logger, int inFlight);

    [LoggerMessage(HostEventIds.Stopped, LogLevel.Information, "Stopped")]
    private static partial void Stopped(ILogger logger);
}

/// <summary>The server cannot start; the message is a sentence for the operator.</summary>
internal sealed class StartException(string message, Exception? innerException = null) : Exception(message, innerException);
