using System.CommandLine;
using Conductor.Catalog;
using Conductor.Host.Composition;
using Conductor.Providers;
using Conductor.Text;

namespace Conductor.Host.Cli;

/// <summary>`conductor models pull PROVIDER/MODEL`: has a provider fetch a model, and shows how far it is.</summary>
internal static class PullCommand
{
    private static readonly Argument<string> Model = new("PROVIDER/MODEL") { Description = "The provider's name in the configuration and its own name of the model, for example ollama/llama3.2." };

    private static readonly Option<bool> Json = new("--json") { Description = "Print a line of JSON for every step." };

    public static Command Create()
    {
        var command = new Command("pull", "Have a provider fetch a model that it does not have yet.") { Model, Json };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var (provider, model) = Split(parsed.GetValue(Model)!);
        var settings = LaunchSettings.Open(CommonOptions.Read(parsed));
        using var interrupt = CancelOnSignal.Create(cancellationToken);
        await using var process = await Terminal.BusyAsync("Loading plugins", () => InProcess.StartAsync(settings, interrupt.Token));
        var entry = Find(process.Conductor.Catalog, provider);
        if (!entry.TryAcquire())
        {
            throw new CliException(ExitCodes.Failed, $"Provider '{provider}' was taken away a moment ago.");
        }

        var isJson = parsed.GetValue(Json);
        try
        {
            var puller = entry.Provider.Puller
                ?? throw new CliException(ExitCodes.Usage, $"Provider '{provider}' cannot fetch models: it serves those that it has.");
            await PullView.ShowAsync(puller.PullAsync(model, interrupt.Token), isJson);
            return ExitCodes.Ok;
        }
        catch (ProviderException failure)
        {
            if (isJson)
            {
                PullView.WriteError(failure.Message);
            }

            throw new CliException(failure.Kind == ProviderErrorKind.ModelNotFound ? ExitCodes.Usage : ExitCodes.Failed, failure.Message);
        }
        finally
        {
            entry.Release();
        }
    }

    private static (string Provider, string Model) Split(string name)
    {
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 && slash < name.Length - 1
            ? (name[..slash], name[(slash + 1)..])
            : throw new CliException(ExitCodes.Usage, $"'{name}' is not PROVIDER/MODEL, such as ollama/llama3.2.");
    }

    private static ProviderEntry Find(CatalogSnapshot catalog, string provider)
    {
        if (catalog.Providers.TryGetValue(provider, out var entry))
        {
            return entry;
        }

        var nearest = NearestName.Find(provider, catalog.Providers.Keys);
        throw new CliException(
            ExitCodes.Usage, $"There is no provider '{provider}'{(nearest is null ? "" : $" (nearest: '{nearest}')")}; those at work are {string.Join(", ", catalog.Providers.Keys)}.");
    }
}
