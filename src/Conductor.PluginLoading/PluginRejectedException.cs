namespace Conductor.PluginLoading;

/// <summary>A plugin could not be loaded. The message is the sentence that its status shows; there is no inner exception, which would keep the plugin's code alive.</summary>
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
