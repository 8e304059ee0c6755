namespace Conductor.PluginLoading;

/// <summary>A plugin could not be loaded; the message is the sentence that its status shows.</summary>
/// <remarks>The loader gives it no inner exception: one of the plugin's own would keep its code alive.</remarks>
public sealed class PluginRejectedException : Exception
{
    public PluginRejectedException()
    {
    }

    public PluginRejectedException(string message)
        : base(message)
    {
    }

    public PluginRejectedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
