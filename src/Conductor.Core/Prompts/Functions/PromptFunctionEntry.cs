using Conductor.Catalog;

namespace Conductor.Prompts;

/// <summary>
/// A plugin's function in the catalogue. Templates hold this and never the plugin's own object, so that compiled templates do not keep its code in memory.
/// </summary>
public sealed class PromptFunctionEntry : Leased<PromptFunction>
{
    /// <summary>Calls that nobody waits for any more hold a thread each: a function with so many of them is not called until one comes back.</summary>
    internal const int MostLost = 4;

    private int _lost;

    /// <summary>Takes a plugin's function in.</summary>
    /// <param name="function">The plugin's object.</param>
    /// <param name="pluginId">The plugin.</param>
    /// <param name="fingerprint">Changes when the plugin's code does.</param>
    public PromptFunctionEntry(PromptFunction function, string pluginId, string fingerprint)
        : base(function)
    {
        Name = function.Name;
        PluginId = pluginId;
        TemplatePlugin = PromptFunctionNames.PluginOf(pluginId);
        Fingerprint = fingerprint;
        // Copies: a default of the plugin's own type would keep its code in memory.
        Parameters = [.. function.Parameters.Select(parameter => parameter with { Default = PromptValue.Detach(parameter.Default) })];
    }

    public string Name { get; }

    public string PluginId { get; }

    /// <summary>The plugin, as templates write it.</summary>
    public string TemplatePlugin { get; }

    public string Fingerprint { get; }

    public IReadOnlyList<PromptParameter> Parameters { get; }

    internal string DisplayName => $"{TemplatePlugin}.{Name}";

    /// <summary>Runs the plugin's code under a lease. Nothing of the plugin's gets out: values are copied, failures become sentences.</summary>
    internal object? Run(IReadOnlyDictionary<string, object?> arguments)
    {
        if (Volatile.Read(ref _lost) >= MostLost)
        {
            throw Fault($"does not come back ({MostLost} calls of it still run), so it is not called");
        }

        if (!TryAcquire())
        {
            throw new PromptRenderException($"Function '{DisplayName}' is gone: plugin '{PluginId}' was taken away.", SemanticKernelErrors.KeyNotFound);
        }

        var outer = RenderWatch.Enter(this);
        try
        {
            return PromptValue.Detach(Value.Run(arguments));
        }
        catch (PromptException)
        {
            throw;
        }
#pragma warning disable CA1031 // boundary: the plugin's code; its exception would keep that code in memory, so only its name goes on
        catch (Exception failure)
#pragma warning restore CA1031
        {
            throw Fault($"failed with {failure.GetType().Name}");
        }
        finally
        {
            RenderWatch.Leave(outer);
            Release();
        }
    }

    internal PromptRenderException Fault(string how) =>
        new($"Function '{DisplayName}' of plugin '{PluginId}' {how}.", SemanticKernelErrors.Kernel) { FaultyPlugin = PluginId };

    /// <summary>A call is given up on.</summary>
    internal void Lose(Task running)
    {
        Interlocked.Increment(ref _lost);
        running.ContinueWith(_ => Interlocked.Decrement(ref _lost), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }
}
