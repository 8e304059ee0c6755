using System.CommandLine;
using System.Globalization;
using Conductor.Audit;
using Conductor.Host.Composition;
using Conductor.Storage;
using Conductor.Storage.Sqlite;

namespace Conductor.Host.Cli;

/// <summary>`conductor audit list`, `export` and `verify`. They read; a server may run meanwhile.</summary>
internal static class AuditCommand
{
    private static readonly Option<string?> Tenant = new("--tenant") { Description = "What this tenant did, or was done to what is its.", HelpName = "NAME" };

    private static readonly Option<string?> Action = new("--action") { Description = "One action, or with '*' at its end all that begin so: 'key.*'.", HelpName = "NAME" };

    private static readonly Option<string?> Object = new("--object") { Description = "One object, or with '*' at its end all that begin so: 'tenants/*'.", HelpName = "PATH" };

    private static readonly Option<int> Limit = new("--limit") { Description = "The newest so many.", HelpName = "N", DefaultValueFactory = _ => 50 };

    private static readonly Option<string?> File = new("--file") { Description = "An export to verify, instead of the data folder's log.", HelpName = "FILE" };

    private static readonly Option<string?> Last = new("--last") { Description = "A row that was noted down, as NUMBER:HASH: it must be there yet.", HelpName = "NUMBER:HASH" };

    public static Command Create() => new("audit", "Show, export and verify the log of what was done to this Conductor.") { List(), Export(), Verify() };

    private static Command List()
    {
        var json = CommonOptions.Json();
        var command = new Command("list", "Show the newest rows.") { Tenant, Action, Object, Limit, json };
        command.SetAction((parsed, cancellationToken) => WithStoreAsync(parsed, async store =>
        {
            var filter = new AuditFilter { TenantId = parsed.GetValue(Tenant), Action = parsed.GetValue(Action), Object = parsed.GetValue(Object) };
            var rows = await store.ListAsync(filter, Math.Clamp(parsed.GetValue(Limit), 1, 100_000), cancellationToken);
            if (parsed.GetValue(json))
            {
                Terminal.Json(writer =>
                {
                    writer.WriteStartArray();
                    foreach (var row in rows)
                    {
                        AuditJson.Write(writer, row);
                    }

                    writer.WriteEndArray();
                });
                return ExitCodes.Ok;
            }

            Terminal.Table(["row", "time", "who", "action", "object", "from", "what"], rows.Select(Cells));
            return ExitCodes.Ok;
        }));
        return command;
    }

    private static Command Export()
    {
        var command = new Command("export", "Print every row as a line of JSON, the oldest first: 'conductor audit verify --file' checks it anywhere.");
        command.SetAction((parsed, cancellationToken) => WithStoreAsync(parsed, async store =>
        {
            await foreach (var row in store.AllAsync(0, cancellationToken))
            {
                Terminal.JsonLine(writer => AuditJson.Write(writer, row));
            }

            return ExitCodes.Ok;
        }));
        return command;
    }

    private static Command Verify()
    {
        var json = CommonOptions.Json();
        var command = new Command("verify", "Recompute every row's hash, and say the first row that is wrong; exit code 1 when one is.") { File, Last, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var noted = Noted(parsed);
            var verification = parsed.GetValue(File) is { } file
                ? await VerifyFileAsync(file, noted, cancellationToken)
                : await VerifyStoreAsync(parsed, noted, cancellationToken);
            Print(verification, parsed.GetValue(json));
            return verification.Problem is null ? ExitCodes.Ok : ExitCodes.Failed;
        });
        return command;
    }

    private static async Task<AuditVerification> VerifyStoreAsync(ParseResult parsed, AuditHead? noted, CancellationToken cancellationToken)
    {
        var verification = new AuditVerification();
        await WithStoreAsync(parsed, async store =>
        {
            var head = await store.HeadAsync(cancellationToken); // first: rows that come in meanwhile are behind it
            await foreach (var row in store.AllAsync(0, cancellationToken))
            {
                if (!Add(verification, row, noted) || row.Number == head.Number)
                {
                    break;
                }
            }

            verification.End(head);
            return ExitCodes.Ok;
        });
        return Missing(verification, noted);
    }

    private static async Task<AuditVerification> VerifyFileAsync(string file, AuditHead? noted, CancellationToken cancellationToken)
    {
        var verification = new AuditVerification();
        var number = 0;
        try
        {
            await foreach (var line in System.IO.File.ReadLinesAsync(file, cancellationToken))
            {
                number++;
                if (!Add(verification, AuditJson.Read(line), noted))
                {
                    break;
                }
            }
        }
        catch (FormatException mistake)
        {
            throw new CliException(ExitCodes.Failed, $"{file}, line {number} is {mistake.Message}");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCodes.Failed, $"{file} cannot be read: {failure.Message}");
        }

        return Missing(verification, noted);
    }

    private static bool Add(AuditVerification verification, AuditRow row, AuditHead? noted) =>
        verification.Add(row) && (row.Number != noted?.Number || verification.End(noted));

    private static AuditVerification Missing(AuditVerification verification, AuditHead? noted)
    {
        if (noted?.Number > verification.Head.Number)
        {
            verification.End(noted);
        }

        return verification;
    }

    private static AuditHead? Noted(ParseResult parsed)
    {
        if (parsed.GetValue(Last) is not { } text)
        {
            return null;
        }

        var parts = text.Split(':');
        return parts.Length == 2 && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && parts[1].Length == AuditChain.HashSize * 2 && parts[1].All(char.IsAsciiHexDigit)
            ? new AuditHead(number, Convert.FromHexString(parts[1]))
            : throw new CliException(ExitCodes.Usage, "--last takes a row's number and its hash, as 'conductor audit verify' prints them: 12:0f3a…");
    }

    private static void Print(AuditVerification verification, bool asJson)
    {
        var last = string.Create(CultureInfo.InvariantCulture, $"{verification.Head.Number}:{Convert.ToHexStringLower(verification.Head.Hash.Span)}");
        if (asJson)
        {
            Terminal.Json(writer =>
            {
                writer.WriteStartObject();
                writer.WriteBoolean("valid", verification.Problem is null);
                writer.WriteNumber("rows", verification.Rows);
                writer.WriteString("last", last);
                if (verification.WrongRow is { } wrong)
                {
                    writer.WriteNumber("wrong_row", wrong);
                    writer.WriteString("problem", verification.Problem);
                }

                writer.WriteEndObject();
            });
        }
        else if (verification.Problem is { } problem)
        {
            Terminal.Error($"{problem} {verification.Rows} rows before it are right.");
        }
        else
        {
            Console.Out.WriteLine($"{verification.Rows} rows, every hash right. The last one is {last}");
        }
    }

    private static IReadOnlyList<string> Cells(AuditRow row)
    {
        var entry = row.Entry;
        return
        [
            row.Number.ToString(CultureInfo.InvariantCulture),
            entry.Time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            entry.KeyId is null ? entry.Role : $"{(entry.TenantId is null ? "" : $"{entry.TenantId}/")}{entry.KeyId} ({entry.Role})",
            entry.Action,
            entry.Object,
            entry.Address ?? "",
            entry.After ?? entry.Before ?? "",
        ];
    }

    private static async Task<int> WithStoreAsync(ParseResult parsed, Func<IAuditStore, Task<int>> work)
    {
        var path = Path.Combine(LaunchSettings.Open(CommonOptions.Read(parsed)).Current.Storage.Path, SqliteStorageRegistration.FileName);
        if (!System.IO.File.Exists(path))
        {
            throw new CliException(ExitCodes.Failed, $"There is no audit log at {path}. Name the data folder with --data, or in 'storage: path'.");
        }

        await using var store = new SqliteAuditStore(path);
        try
        {
            return await work(store);
        }
        catch (StorageException failure)
        {
            throw new CliException(ExitCodes.Failed, failure.Message);
        }
    }
}
