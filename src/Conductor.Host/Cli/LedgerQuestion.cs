using System.CommandLine;
using Conductor.Host.Composition;
using Conductor.Storage;
using Conductor.Storage.Sqlite;

namespace Conductor.Host.Cli;

/// <summary>What the verbs have in common that look into the ledger: which rows, and where they are.</summary>
internal sealed class LedgerQuestion
{
    private readonly Option<string?> _tenant = new("--tenant") { Description = "This tenant's alone.", HelpName = "NAME" };
    private readonly Option<string?> _key = new("--key") { Description = "This key's alone.", HelpName = "NAME" };
    private readonly Option<string?> _model = new("--model") { Description = "This model's alone, with its provider before it or not.", HelpName = "NAME" };
    private readonly Option<string?> _operation = new("--operation") { Description = "This operation's alone.", HelpName = "NAME" };
    private readonly Option<string?> _provider = new("--provider") { Description = "This provider's alone.", HelpName = "NAME" };

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_tenant, _key, _model, _operation, _provider])
        {
            command.Add(option);
        }
    }

    public UsageFilter Read(ParseResult parsed) => new()
    {
        TenantId = parsed.GetValue(_tenant),
        KeyId = parsed.GetValue(_key),
        Model = parsed.GetValue(_model),
        Operation = parsed.GetValue(_operation),
        Provider = parsed.GetValue(_provider),
    };

    /// <summary>The ledger of the data folder, which a server may be writing meanwhile.</summary>
    /// <exception cref="CliException">There is none.</exception>
    public static SqliteLedgerStore Open(LaunchSettings settings)
    {
        var path = Path.Combine(settings.Current.Storage.Path, SqliteStorageRegistration.FileName);
        return File.Exists(path)
            ? new SqliteLedgerStore(path)
            : throw new CliException(ExitCodes.Failed, $"There is no ledger at {path}. Name the data folder with --data, or in 'storage: path'.");
    }
}
