using Conductor.Costing;
using Conductor.Host.Composition;
using Conductor.Prompts;

namespace Conductor.Host.Cli;

/// <summary>Conductor without a server, for the verbs that need the pipeline or the plugins.</summary>
internal sealed class InProcess : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private InProcess(ServiceProvider services) => _services = services;

    public IConductor Conductor => _services.GetRequiredService<IConductor>();

    /// <summary>What calls would cost.</summary>
    public CostQuestions Costs => _services.GetRequiredService<CostQuestions>();

    /// <summary>Of every operation that has a prompt, by its name: which one is in force.</summary>
    public IReadOnlyList<PromptState> PromptStates => [.. Conductor.Catalog.Operations.Values
        .Where(operation => operation.Descriptor.Prompt is not null)
        .OrderBy(operation => operation.Name, StringComparer.Ordinal)
        .Select(operation => _services.GetRequiredService<PromptStore>().Look(operation.Name, operation.Descriptor.Prompt!))];

    public static async Task<InProcess> StartAsync(LaunchSettings settings, CancellationToken cancellationToken)
    {
        DataFolder.Prepare(settings.Current.Storage.Path);
        var services = new ServiceCollection();
        services.AddLogging(HostLogging.ForVerb);
        services.AddOneShot(settings);
        var process = new InProcess(services.BuildServiceProvider());
        try
        {
            await process.Conductor.StartAsync(cancellationToken);
            return process;
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
