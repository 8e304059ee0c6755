namespace Conductor.Plugins;

/// <summary>Declares that this assembly is an operation plugin. The host reads it from the file's metadata, before any of its code runs.</summary>
/// <param name="id">The plugin's id, usually the operation's name: lower case letters, digits, `-` and `_`, at most 80 characters.</param>
/// <param name="entryPoint">A public class of this assembly with a public parameterless constructor that implements <see cref="IOperationPlugin"/>.</param>
[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
public sealed class OperationPluginAttribute(string id, Type entryPoint) : Attribute
{
    /// <summary>The plugin's id.</summary>
    public string Id { get; } = id;

    /// <summary>The class the host creates.</summary>
    public Type EntryPoint { get; } = entryPoint;

    /// <summary>The name people read; the id when absent.</summary>
    public string? DisplayName { get; set; }

    /// <summary>One sentence for the status page.</summary>
    public string? Description { get; set; }
}
