using Conductor.Operations;

namespace Conductor.Catalog;

/// <summary>A live operation in the catalogue.</summary>
/// <param name="operation">The plugin's object.</param>
/// <param name="pluginId">The plugin it comes from.</param>
public sealed class OperationEntry(IOperation operation, string pluginId) : Leased<IOperation>(operation)
{
    public string Name { get; } = operation.Descriptor.Name;

    public string PluginId { get; } = pluginId;

    public OperationDescriptor Descriptor { get; } = operation.Descriptor;

    /// <summary>Only under a lease.</summary>
    public IOperation Operation => Value;
}
