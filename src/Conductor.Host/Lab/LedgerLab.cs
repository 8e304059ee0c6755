using System.Diagnostics;
using System.Globalization;
using Conductor.Money;
using Conductor.Storage;
using Conductor.Storage.Sqlite;

namespace Conductor.Host.Lab;

/// <summary>
/// Kills a gateway under load, again and again, and holds its ledger against the bill that the upstream keeps: a gateway in a process of its own, the upstream and
/// the callers in this one. It ends what it started and deletes what it wrote, except where anything was wrong.
/// </summary>
internal sealed class LedgerLab(LedgerLabOptions options, Action<string> tell)
{
    private readonly List<string> _violations = [];
    private readonly List<(TimeSpan Wall, TimeSpan Processor)> _restarts = [];
    private readonly LedgerCallers _callers = new(options);
    private int _checks;

    public async Task<LedgerLabReport> RunAsync(CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(options.Limit);
        var folder = Directory.CreateTempSubdirectory("conductor-lab-").FullName;
        var isKept = true;
        using var log = new GatewayLog(Path.Combine(folder, "gateway.log"));
        try
        {
            await using var upstream = await BillingUpstream.StartAsync(limit.Token);
            var comparison = await RunAsync(folder, upstream, log, limit.Token);
            var report = new LedgerLabReport
            {
                Options = options,
                Comparison = comparison,
                Kills = _restarts.Count,
                Checks = _checks,
                Restarts = _restarts,
                Seen = _callers.SeenOf.Values.CountBy(seen => seen).ToDictionary(),
                Duration = watch.Elapsed,
                Violations = [.. _violations, .. comparison.Violations, .. _callers.Oddities.Select(odd => $"{odd.Value} × {odd.Key}")],
                Folder = folder,
                LogLines = log.LastRelevant(20),
            };
            isKept = report.AllViolations().Any();
            return report;
        }
        finally
        {
            log.Dispose();
            if (!isKept)
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    private async Task<LedgerComparison> RunAsync(string folder, BillingUpstream upstream, GatewayLog log, CancellationToken limit)
    {
        var arguments = Configure(folder, upstream);
        var comparison = new LedgerComparison();
        var host = await LabHost.StartAsync(arguments, log, limit);
        try
        {
            await ReadyAsync(host, limit);
            tell(string.Create(CultureInfo.InvariantCulture, $"{options.Requests} requests, {options.Kills} kills"));
            _callers.Open(host);
            var calling = _callers.RunAsync(limit);
#pragma warning disable CA5394 // a test's dice
            var dice = new Random(options.Seed);
            for (var kill = 1; kill <= options.Kills; kill++)
            {
                var after = (int)(options.Requests * (kill - 0.5 + (dice.NextDouble() * 0.5)) / (options.Kills + 1));
                while (_callers.Started < after && !calling.IsCompleted)
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(dice.Next(1, 10)), limit);
                }

                host = await RestartAsync(host, arguments, folder, log, limit);
            }
#pragma warning restore CA5394

            await calling;
            host = await RestartAsync(host, arguments, folder, log, limit); // the last rows, too, have to get through a kill
            await foreach (var row in Ledger(folder).AllAsync(limit))
            {
                comparison.Add(row);
            }

            comparison.Compare(upstream.Bills, _callers.SeenOf, name => LedgerLabRequest.Of(int.Parse(name.AsSpan(4), CultureInfo.InvariantCulture), options));
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            _violations.Add($"not done after {options.Limit.TotalSeconds:F0} s");
        }
        finally
        {
            await host.DisposeAsync();
        }

        return comparison;
    }

    private async Task<LabHost> RestartAsync(LabHost host, IReadOnlyList<string> arguments, string folder, GatewayLog log, CancellationToken limit)
    {
        _callers.Close(); // those that are at work are killed with it
        if (host.ExitCode is { } code)
        {
            _violations.Add($"the gateway ended by itself with exit code {code}");
        }
        else
        {
            await host.KillAsync();
        }

        while (_callers.AtWork > 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), limit); // their connections are gone
        }

        await host.DisposeAsync();
        await CheckFileAsync(folder, limit); // as the kill left it, before anything is mended
        var watch = Stopwatch.StartNew();
        var next = await LabHost.StartAsync(arguments, log, limit);
        await ReadyAsync(next, limit);
        _restarts.Add((watch.Elapsed, next.ProcessorTime));
        await CheckLedgerAsync(folder, limit);
        _callers.Open(next);
        return next;
    }

    private async Task CheckFileAsync(string folder, CancellationToken limit)
    {
        foreach (var problem in await Ledger(folder).IntegrityAsync(limit))
        {
            _violations.Add($"integrity_check after kill {_restarts.Count + 1}: {problem}");
        }
    }

    private async Task CheckLedgerAsync(string folder, CancellationToken limit)
    {
        var audit = new LedgerAudit(row => new NanoUsd((row.Usage.InputTokens * BillingUpstream.InputPrice) + (row.Usage.OutputTokens * BillingUpstream.OutputPrice)));
        await LedgerVerification.RunAsync(Ledger(folder), audit, limit);
        _violations.AddRange(audit.Violations.Select(violation => $"ledger verify after kill {_restarts.Count}: {violation}"));
        _checks++;
    }

    private static SqliteLedgerStore Ledger(string folder) => new(Path.Combine(folder, "data", SqliteStorageRegistration.FileName));

    private static async Task ReadyAsync(LabHost host, CancellationToken limit)
    {
        while (true)
        {
            using var response = await host.Client.GetAsync("/readyz", limit);
            if (response.IsSuccessStatusCode)
            {
                return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(10), limit);
        }
    }

    private List<string> Configure(string folder, BillingUpstream upstream)
    {
        var plugins = Path.Combine(folder, "plugins");
        LabPlugin.PlaceAll([], plugins, Path.Combine(folder, "scratch"));
        var config = Path.Combine(folder, "conductor.yaml");
        File.WriteAllText(config,
            $"""
            providers:
              local: {"{"} enabled: false {"}"}
              lab: {"{"} plugin: openai-compatible, base_url: "{upstream.Address.AbsoluteUri}v1", keys: [a-key-of-nobody], price: catalog, models: [meter] {"}"}
            limits: {"{"} max_concurrent_requests: {(options.Callers * 2) + 100} {"}"}
            reliability: {"{"} max_attempts: 1 {"}"}
            storage: {"{"} durability: {options.Durability} {"}"}

            """);
        File.WriteAllText(Path.Combine(folder, "models.yaml"), "catalog:\n  - { provider: lab, model: meter, usd_per_million: { input: 3, output: 15 } }\n");
        var operations = Directory.CreateDirectory(Path.Combine(folder, "operations")).FullName;
        return ["serve", "--config", config, "--data", Path.Combine(folder, "data"), "--plugins", plugins, "--operations", operations, "--listen", "http://127.0.0.1:0"];
    }
}
