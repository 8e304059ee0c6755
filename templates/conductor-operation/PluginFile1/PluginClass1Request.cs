namespace PluginClass1;

/// <summary>What comes in. The host has held it against request.schema.json before.</summary>
internal sealed record PluginClass1Request
{
    public string Text { get; init; } = "";

    public PluginClass1Parameters? Parameters { get; init; }
}

internal sealed record PluginClass1Parameters
{
    /// <value>1 to 30; 8 where absent.</value>
    public int? MaxWords { get; init; }
}
