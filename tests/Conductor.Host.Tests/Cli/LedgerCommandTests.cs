using System.Text.Json;
using Conductor.Calls;
using Conductor.Host.Tests.Support;
using Conductor.Money;
using Conductor.Storage;
using Conductor.Storage.Slots;
using Conductor.Storage.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Conductor.Host.Tests.Cli;

public sealed class LedgerCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Verify_NoLedger_SaysSo()
    {
        var (code, _, error) = await RunAsync("verify");

        Assert.Equal(1, code);
        Assert.Contains("There is no ledger", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_Ledger_TellsItsSumsAndWhatIsNotYetInIt()
    {
        await BookAsync(Row("a"), Row("b") with { Cost = NanoUsd.Zero, CostStatus = CostStatus.Released, Usage = TokenUsage.None });
        using (var slots = new SlotReservationStore(Path.Combine(_folder.Path, SlotReservationStore.FolderName), 64, NullLogger<SlotReservationStore>.Instance))
        {
            slots.Open(isAlone: true);
            Assert.True(slots.TryReserve(Row("a"), out _)); // committed, and the process ended before its place was given back
            Assert.True(slots.TryReserve(Row("running"), out _));
        }

        var (code, output, _) = await RunAsync("verify", "--json");

        Assert.Equal(0, code);
        using var json = JsonDocument.Parse(output);
        Assert.Equal((2, 2, "0.000000500", 1), (
            json.RootElement.GetProperty("rows").GetInt32(), json.RootElement.GetProperty("requests").GetInt32(),
            json.RootElement.GetProperty("cost_usd").GetString(), json.RootElement.GetProperty("unbooked_attempts").GetInt32()));
    }

    [Fact]
    public async Task Verify_RowThatCannotBe_FailsAndNamesIt()
    {
        await BookAsync(Row("a"), Row("wrong") with { Cost = new NanoUsd(-1) });

        var (code, _, error) = await RunAsync("verify");

        Assert.Equal(1, code);
        Assert.Contains("request wrong costs less than nothing", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reconcile_ProvidersExport_TellsDriftAndWhatIsMissing()
    {
        await BookAsync(Row("a"), Row("b"));
        var export = Path.Combine(_folder.Path, "export.csv");
        await File.WriteAllTextAsync(export, "request_id,input_tokens,output_tokens\nup_a,20,10\nup_b,20,11\nup_c,1,1\n");

        var (code, output, error) = await RunAsync("reconcile", export, "--json");

        Assert.Equal((1, ""), (code, error));
        using var json = JsonDocument.Parse(output);
        Assert.Equal((2, 1, -1, 1, 0), (
            json.RootElement.GetProperty("matched").GetInt32(), json.RootElement.GetProperty("drifted").GetInt32(), json.RootElement.GetProperty("token_drift").GetInt32(),
            json.RootElement.GetProperty("missing_in_ledger").GetInt32(), json.RootElement.GetProperty("missing_in_export").GetInt32()));

        await File.WriteAllTextAsync(export, "{\"id\":\"up_a\",\"input_tokens\":20}\n{\"id\":\"up_b\"}\n");
        Assert.Equal(0, (await RunAsync("reconcile", export)).Code);
        Assert.Equal(2, (await RunAsync("reconcile", Path.Combine(_folder.Path, "nowhere.csv"))).Code);
    }

    private Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments) => HostProcess.RunAsync(["ledger", .. arguments, "--data", _folder.Path]);

    private async Task BookAsync(params LedgerRow[] rows)
    {
        await using var store = new SqliteLedgerStore(Path.Combine(_folder.Path, SqliteStorageRegistration.FileName));
        await store.AppendAsync(rows, CancellationToken.None);
    }

    private static LedgerRow Row(string id) => new()
    {
        RequestId = id,
        CallId = id,
        Attempt = 1,
        TenantId = "default",
        Operation = "chat",
        Provider = "openai",
        Model = "gpt-4o-mini",
        UpstreamRequestId = "up_" + id,
        StartedAt = new DateTimeOffset(2026, 11, 20, 6, 0, 0, TimeSpan.Zero),
        Duration = TimeSpan.FromMilliseconds(100),
        Status = AttemptStatus.Succeeded,
        Usage = new TokenUsage { InputTokens = 20, OutputTokens = 10 },
        Cost = new NanoUsd(500),
        CostStatus = CostStatus.Settled,
        PriceVersion = "of another time",
    };
}
