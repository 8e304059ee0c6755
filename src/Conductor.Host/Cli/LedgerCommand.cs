using System.CommandLine;
using System.Globalization;
using Conductor.Calls;
using Conductor.Costing;
using Conductor.Host.Composition;
using Conductor.Money;
using Conductor.Storage;
using Conductor.Storage.Slots;
using Conductor.Storage.Sqlite;

namespace Conductor.Host.Cli;

/// <summary>`conductor ledger verify` and `conductor ledger reconcile`. They read; a server may run meanwhile.</summary>
internal static class LedgerCommand
{
    private static readonly Argument<string> File = new("FILE") { Description = "The provider's usage export: CSV with a line of names, or JSON lines." };

    private static readonly Option<string?> Provider = new("--provider") { Description = "Only rows of this configured provider.", HelpName = "NAME" };

    private static readonly Option<DateOnly?> From = new("--from") { Description = "Only rows from this day on, UTC.", HelpName = "DATE" };

    private static readonly Option<DateOnly?> To = new("--to") { Description = "Only rows up to this day and with it, UTC.", HelpName = "DATE" };

    public static Command Create() => new("ledger", "Check what was booked.") { Verify(), Reconcile(), RepriceCommand.Create() };

    private static Command Verify()
    {
        var json = CommonOptions.Json();
        var verify = new Command("verify", "Recompute every row and sum of the ledger, and tell what is wrong.") { json };
        verify.SetAction((parsed, cancellationToken) => VerifyAsync(LaunchSettings.Open(CommonOptions.Read(parsed)), parsed.GetValue(json), cancellationToken));
        return verify;
    }

    private static Command Reconcile()
    {
        var json = CommonOptions.Json();
        var reconcile = new Command("reconcile", "Hold the ledger against a provider's own usage export, by the provider's request ids.") { File, Provider, From, To, json };
        reconcile.SetAction((parsed, cancellationToken) => ReconcileAsync(LaunchSettings.Open(CommonOptions.Read(parsed)), parsed, parsed.GetValue(json), cancellationToken));
        return reconcile;
    }

    private static async Task<int> VerifyAsync(LaunchSettings settings, bool asJson, CancellationToken cancellationToken)
    {
        var prices = PriceCatalogBuilder.Build(settings.Current);
        var audit = new LedgerAudit(row => prices.Find(row.Provider, row.Model, row.StartedAt) is { } price && prices.VersionOf(price) == row.PriceVersion ? price.CostOf(row.Usage) : null);
        var folder = settings.Current.Storage.Path;
        await using var store = Open(folder);
        long? open;
        try
        {
            await LedgerVerification.RunAsync(store, audit, cancellationToken);
            open = await OpenAttemptsAsync(folder, store, audit, cancellationToken);
        }
        catch (StorageException failure)
        {
            throw new CliException(ExitCodes.Failed, failure.Message);
        }

        if (asJson)
        {
            Terminal.Json(writer =>
            {
                writer.WriteStartObject();
                writer.WriteNumber("rows", audit.Rows);
                writer.WriteNumber("requests", audit.Requests);
                writer.WriteString("cost_usd", audit.Cost.ToString());
                writer.WriteNumber("recomputed", audit.Recomputed);
                writer.WriteStartObject("by_status");
                foreach (var (status, (rows, cost)) in audit.ByStatus)
                {
                    writer.WriteStartObject(NameOf(status));
                    writer.WriteNumber("rows", rows);
                    writer.WriteString("cost_usd", cost.ToString());
                    writer.WriteEndObject();
                }

                writer.WriteEndObject();
                if (open is { } attempts)
                {
                    writer.WriteNumber("unbooked_attempts", attempts);
                }

                writer.WriteNumber("violation_count", audit.ViolationCount);
                writer.WriteStartArray("violations");
                audit.Violations.ToList().ForEach(writer.WriteStringValue);
                writer.WriteEndArray();
                writer.WriteEndObject();
            });
        }
        else
        {
            List<IReadOnlyList<string>> rows =
            [
                ["rows", Text(audit.Rows)],
                ["requests", Text(audit.Requests)],
                ["cost", $"{audit.Cost} USD"],
                ["costs computed again", Text(audit.Recomputed)],
                .. audit.ByStatus.Select(one => (IReadOnlyList<string>)[NameOf(one.Key), $"{Text(one.Value.Rows)} rows, {one.Value.Cost} USD"]),
                ["attempts not yet in the ledger", open is { } attempts ? Text(attempts) : "a server runs and knows"],
                ["violations", Text(audit.ViolationCount)],
            ];
            Terminal.Table(["ledger", ""], rows);
            audit.Violations.ToList().ForEach(Terminal.Error);
        }

        return audit.ViolationCount == 0 ? ExitCodes.Ok : ExitCodes.Failed;
    }

    // What a process left that has ended is booked at the next start; here it is only looked at. Null while a server has the folder.
    private static async Task<long?> OpenAttemptsAsync(string folder, SqliteLedgerStore store, LedgerAudit audit, CancellationToken cancellationToken)
    {
        var slots = Path.Combine(folder, SlotReservationStore.FolderName);
        if (SlotReservationStore.Look(slots) is not { } left)
        {
            return null;
        }

        var reserved = await store.ReservedAsync(cancellationToken);
        var open = new HashSet<(string, int)>();
        foreach (var row in left.Concat(reserved).Where(row => open.Add((row.CallId, row.Attempt))))
        {
            var booked = (await store.FindAsync(row.TenantId, row.RequestId, cancellationToken)).FirstOrDefault(one => one.CallId == row.CallId && one.Attempt == row.Attempt);
            if (booked is not null)
            {
                open.Remove((row.CallId, row.Attempt)); // committed, and its place not given back before the end
                if (row.CostStatus != CostStatus.Interrupted && booked.Cost != row.Cost)
                {
                    audit.Tell($"call {row.CallId} attempt {row.Attempt} is booked at {booked.Cost} USD, and its reservation was settled at {row.Cost}");
                }
            }
        }

        return open.Count;
    }

    private static async Task<int> ReconcileAsync(LaunchSettings settings, ParseResult parsed, bool asJson, CancellationToken cancellationToken)
    {
        var reconciliation = new LedgerReconciliation();
        try
        {
            using var file = new StreamReader(parsed.GetValue(File)!);
            foreach (var line in UsageExport.Read(file))
            {
                reconciliation.Take(line);
            }
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException or FormatException)
        {
            throw new CliException(ExitCodes.Usage, wrong.Message);
        }

        var (provider, from, to) = (parsed.GetValue(Provider), parsed.GetValue(From), parsed.GetValue(To));
        await using var store = Open(settings.Current.Storage.Path);
        try
        {
            await foreach (var row in store.AllAsync(cancellationToken))
            {
                var day = DateOnly.FromDateTime(row.StartedAt.UtcDateTime);
                if ((provider is null || row.Provider == provider) && !(day < from) && !(day > to))
                {
                    reconciliation.Take(row);
                }
            }
        }
        catch (StorageException failure)
        {
            throw new CliException(ExitCodes.Failed, failure.Message);
        }

        if (asJson)
        {
            Terminal.Json(writer =>
            {
                writer.WriteStartObject();
                writer.WriteNumber("matched", reconciliation.Matched);
                writer.WriteNumber("drifted", reconciliation.Drifted);
                writer.WriteNumber("token_drift", reconciliation.TokenDrift);
                writer.WriteString("cost_drift_usd", reconciliation.CostDrift.ToString());
                writer.WriteNumber("missing_in_ledger", reconciliation.MissingInLedger);
                writer.WriteString("missing_in_ledger_usd", reconciliation.MissingCost.ToString());
                writer.WriteNumber("missing_in_export", reconciliation.MissingInExport);
                writer.WriteNumber("repeated_in_export", reconciliation.Repeated);
                writer.WriteStartArray("differences");
                reconciliation.Differences.ToList().ForEach(writer.WriteStringValue);
                writer.WriteEndArray();
                writer.WriteEndObject();
            });
        }
        else
        {
            Terminal.Table(["reconcile", ""],
            [
                ["matched", Text(reconciliation.Matched)],
                ["of these different", Text(reconciliation.Drifted)],
                ["drift, ledger less account", $"{Text(reconciliation.TokenDrift)} tokens, {reconciliation.CostDrift} USD"],
                ["missing in the ledger", $"{Text(reconciliation.MissingInLedger)}, {reconciliation.MissingCost} USD"],
                ["missing in the account", Text(reconciliation.MissingInExport)],
                ["repeated in the account", Text(reconciliation.Repeated)],
            ]);
            reconciliation.Differences.ToList().ForEach(Terminal.Error);
        }

        return reconciliation.Agrees ? ExitCodes.Ok : ExitCodes.Failed;
    }

    private static SqliteLedgerStore Open(string folder)
    {
        var path = Path.Combine(folder, SqliteStorageRegistration.FileName);
        return System.IO.File.Exists(path) ? new SqliteLedgerStore(path) : throw new CliException(ExitCodes.Failed, $"There is no ledger at '{path}'. Give the data folder as --data DIR or in 'storage: path'.");
    }

    private static string NameOf(CostStatus status) => status.ToString().ToLowerInvariant();

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
