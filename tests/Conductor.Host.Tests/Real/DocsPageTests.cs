using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Conductor.Host.Tests.Support;

namespace Conductor.Host.Tests.Real;

/// <summary>`/docs` in a real browser. Skipped, with the reason, where there is none.</summary>
public sealed partial class DocsPageTests(SharedGateway shared) : IClassFixture<SharedGateway>, IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SkippableFact]
    public async Task Docs_InChromium_ShowsEveryOperationAndAsksNobodyElse()
    {
        var chromium = Environment.GetEnvironmentVariable("CONDUCTOR_CHROMIUM");
        Skip.If(string.IsNullOrEmpty(chromium), "No browser: set CONDUCTOR_CHROMIUM to a chromium executable.");
        var log = _folder.Combine("net.json");

        var page = await OpenAsync(chromium!, new Uri(shared.Gateway.Address, "/docs"), log);

        Assert.Contains("<title>Conductor</title>", page, StringComparison.Ordinal);
        var shown = ShownOperation().Matches(page).Select(match => match.Groups[1].Value).ToHashSet();
        Assert.Equal(await DocumentedAsync(), shown);
        Assert.DoesNotContain("errors-wrapper", page, StringComparison.Ordinal); // what the page shows when it cannot read the document
        Assert.Equal([shared.Gateway.Address.Authority], AskedByThePage(log));
    }

    private async Task<HashSet<string>> DocumentedAsync()
    {
        var document = await shared.Gateway.GetJsonAsync("/openapi.json");
        return [.. document.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject()).Select(method => method.Value.GetProperty("operationId").GetString()!)];
    }

    private async Task<string> OpenAsync(string chromium, Uri address, string log)
    {
        string[] arguments =
        [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", "--user-data-dir=" + _folder.Combine("profile"), "--log-net-log=" + log, "--virtual-time-budget=10000", "--dump-dom", address.ToString(),
        ];
        using var browser = Process.Start(new ProcessStartInfo(chromium, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        using var limit = new CancellationTokenSource(Limit);
        await using var stop = limit.Token.Register(() => browser.Kill(entireProcessTree: true));
        var noise = browser.StandardError.ReadToEndAsync(CancellationToken.None);
        var page = await browser.StandardOutput.ReadToEndAsync(CancellationToken.None);
        await browser.WaitForExitAsync(CancellationToken.None);
        Assert.True(browser.ExitCode == 0, await noise);
        return page;
    }

    /// <summary>Hosts with ports that the page sent requests to, by the browser's log of the network. The browser's own errands have no page as initiator.</summary>
    private static HashSet<string> AskedByThePage(string log)
    {
        var root = JsonElement.Parse(File.ReadAllText(log));
        var started = root.GetProperty("constants").GetProperty("logEventTypes").GetProperty("URL_REQUEST_START_JOB").GetInt32();
        return
        [
            .. root.GetProperty("events").EnumerateArray()
                .Where(one => one.GetProperty("type").GetInt32() == started && one.TryGetProperty("params", out var given) && given.TryGetProperty("url", out _))
                .Where(one => one.GetProperty("params").TryGetProperty("initiator", out var initiator) && initiator.GetString() != "not an origin")
                .Select(one => new Uri(one.GetProperty("params").GetProperty("url").GetString()!))
                .Where(address => address.Scheme is "http" or "https" or "ws" or "wss")
                .Select(address => string.Create(CultureInfo.InvariantCulture, $"{address.Host}:{address.Port}")),
        ];
    }

    [GeneratedRegex("id=\"operations-(?!tag-)[^\"-]+-([^\"]+)\"")]
    private static partial Regex ShownOperation();
}
