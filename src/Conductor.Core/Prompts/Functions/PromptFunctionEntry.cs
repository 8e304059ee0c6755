using Conductor.Catalog;
using Conductor.Settings;

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

    /// <summary>Plugin and function, as messages name it.</summary>
    public string DisplayName => $"{TemplatePlugin}.{Name}";

    /// <summary>Whether its own faults keep calls away from it.</summary>
    public Quarantine Quarantine { get; init; } = new(new QuarantineSettings(), TimeProvider.System);

    /// <summary>Told of each fault of its code: what it was, as a sentence, and for how long calls are kept away from now on, null when nothing changed.</summary>
    public Action<PromptFunctionEntry, string, TimeSpan?>? Faulted { get; init; }

    /// <summary>Told when a probe has let it out of its quarantine.</summary>
    public Action<PromptFunctionEntry>? LetOut { get; init; }

    /// <summary>Runs the plugin's code under a lease. Nothing of the plugin's gets out: values are copied, failures become sentences.</summary>
    internal object? Run(IReadOnlyDictionary<string, object?> arguments)
    {
        if (Volatile.Read(ref _lost) >= MostLost)
        {
            throw Fault($"does not come back ({MostLost} calls of it still run), so it is not called");
        }

        if (!Quarantine.TryEnter(out var isProbe))
        {
            throw Fault($"is {Quarantine.WhyNot() ?? "quarantined"}".TrimEnd('.'));
        }

        if (!TryAcquire())
        {
            End(isProbe, isGood: false);
            throw new PromptRenderException($"Function '{DisplayName}' is gone: plugin '{PluginId}' was taken away.", SemanticKernelErrors.KeyNotFound);
        }

        var outer = RenderWatch.Enter(this);
        var isGood = false;
        try
        {
            var value = PromptValue.Detach(Value.Run(arguments));
            isGood = true;
            return value;
        }
        catch (PromptException)
        {
            throw; // what it gave cannot be used in a prompt, or a function that it was given to failed
        }
#pragma warning disable CA1031 // boundary: the plugin's code; its exception would keep that code in memory, so only its name goes on
        catch (Exception failure)
#pragma warning restore CA1031
        {
            isProbe = false; // this decides
            Count($"Its code threw {failure.GetType().Name}.");
            throw Fault($"failed with {failure.GetType().Name}");
        }
        finally
        {
            End(isProbe && !RenderWatch.IsGivenUp, isGood);
            RenderWatch.Leave(outer);
            Release();
        }
    }

    internal PromptRenderException Fault(string how) =>
        new($"Function '{DisplayName}' of plugin '{PluginId}' {how}.", SemanticKernelErrors.Kernel) { FaultyPlugin = PluginId };

    /// <summary>A call is given up on.</summary>
    /// <param name="running">The call.</param>
    /// <param name="isFault">Whether its time was up; else the caller left, which says nothing of the function.</param>
    internal void Lose(Task running, bool isFault)
    {
        if (isFault)
        {
            Count("Its code did not come back although its time was up.");
        }
        else if (Quarantine.IsClosed)
        {
            Quarantine.Probed(isGood: false); // this may have been the probe: the next call is
        }

        Interlocked.Increment(ref _lost);
        running.ContinueWith(_ => Interlocked.Decrement(ref _lost), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private void Count(string what)
    {
        var time = Quarantine.Fault(what);
        Faulted?.Invoke(this, what, time);
    }

    private void End(bool isProbe, bool isGood)
    {
        if (isProbe && Quarantine.Probed(isGood))
        {
            LetOut?.Invoke(this);
        }
    }
}
