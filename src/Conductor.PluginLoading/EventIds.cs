namespace Conductor.PluginLoading;

/// <summary>Event ids of plugin loading, 3000 to 3099; never reused.</summary>
internal static class EventIds
{
    public const int Loaded = 3000;
    public const int Rejected = 3001;
    public const int Faulted = 3002;
    public const int Unloaded = 3003;
    public const int StillAlive = 3004;
    public const int FolderUnreadable = 3005;
    public const int ShadowNotCleaned = 3006;
    public const int DependencyFileIgnored = 3007;
    public const int CannotWatch = 3008;
}
