using System.Text.Json;
using Conductor.Operations;
using Conductor.Schemas;
using Conductor.Settings;

namespace Conductor.Catalog;

/// <summary>A live operation in the catalogue.</summary>
/// <param name="operation">The plugin's object.</param>
/// <param name="pluginId">The plugin it comes from.</param>
public sealed class OperationEntry(IOperation operation, string pluginId) : Leased<IOperation>(operation)
{
    public string Name { get; } = operation.Descriptor.Name;

    public string PluginId { get; } = pluginId;

    public OperationDescriptor Descriptor { get; } = operation.Descriptor;

    /// <summary>What requests are held against.</summary>
    public JsonSchema RequestSchema { get; } = JsonSchema.Compile(operation.Descriptor.RequestSchema);

    /// <summary>Top-level members that the request schema names, in its order.</summary>
    public IReadOnlyList<string> RequestMembers { get; } =
        operation.Descriptor.RequestSchema is { ValueKind: JsonValueKind.Object } schema
        && schema.TryGetProperty("properties", out var members) && members.ValueKind == JsonValueKind.Object
            ? [.. members.EnumerateObject().Select(member => member.Name)]
            : [];

    /// <summary>Whether embedding models run it, and no chat model can.</summary>
    public bool IsEmbedding { get; } = operation is IEmbeddingOperation;

    /// <summary>What results are held against.</summary>
    public JsonSchema ResultSchema { get; } = JsonSchema.Compile(operation.Descriptor.ResultSchema);

    /// <summary>Changes when the operation's code does; part of the cache's key.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>Whether its own faults keep calls away from it.</summary>
    public Quarantine Quarantine { get; init; } = new(new QuarantineSettings(), TimeProvider.System);

    /// <summary>The clock that its code's time is measured by.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Told of each fault of its code: what it was, as a sentence, and for how long calls are kept away from now on, null when nothing changed.</summary>
    public Action<OperationEntry, string, TimeSpan?>? Faulted { get; init; }

    /// <summary>Told when a probe has let it out of its quarantine.</summary>
    public Action<OperationEntry>? LetOut { get; init; }

    /// <summary>Only under a lease.</summary>
    public IOperation Operation => Value;

    /// <summary>How many threads are in its code now to read a request.</summary>
    internal int Reading;

    /// <summary>Counts a fault of its code.</summary>
    internal void Fault(string what)
    {
        var time = Quarantine.Fault(what);
        Faulted?.Invoke(this, what, time);
    }
}
