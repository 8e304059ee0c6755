using Conductor.Catalog;
using Conductor.Prompts;

namespace Conductor.TestKit;

/// <summary>What a check of an operation plugin works with.</summary>
internal sealed class OperationBench(PluginUnderTest plugin, IReadOnlyList<OperationEntry> operations, IReadOnlyList<PromptFunctionEntry> functions, SortedSet<string> capabilities)
{
    public PluginUnderTest Plugin => plugin;

    public SortedSet<string> Capabilities => capabilities;

    public IReadOnlyList<PromptFunctionEntry> Functions => functions;

    /// <exception cref="NotOfferedException">The plugin brings prompt functions or hooks only.</exception>
    public IReadOnlyList<OperationEntry> Operations => operations.Count > 0 ? operations : throw new NotOfferedException("It brings prompt functions or hooks, and no operation.");

    /// <summary>The operations that the kit has an example of.</summary>
    /// <exception cref="NotOfferedException">It has none.</exception>
    public IReadOnlyList<(OperationEntry Entry, OperationExample Example)> Examples
    {
        get
        {
            var found = Operations.Where(entry => plugin.Examples.ContainsKey(entry.Name)).Select(entry => (entry, plugin.Examples[entry.Name])).ToList();
            return found.Count > 0 ? found : throw new NotOfferedException("The kit was given no example of a request.");
        }
    }
}
