namespace Conductor.Plugins;

/// <summary>Whether idle threads of the pool stay, as they must where plugins come and go.</summary>
/// <remarks>
/// What a plugin, or a framework's generic over a type of it, keeps for each thread has an index that the runtime gives to another plugin once the first one
/// has left memory. The threads are not told. One that ends frees, in the plugin that has the index then, the handle that it got from the first: what lay
/// there is collected, a plugin's static fields most of all, and is read all the same. A thread that stays does no harm.
/// </remarks>
internal static class PoolThreads
{
    /// <summary>Whether this process was started so that they stay.</summary>
    public static bool Stay => DoStay(name => AppContext.GetData(name)?.ToString(), Environment.GetEnvironmentVariable);

    /// <param name="configured">A property of the runtime's configuration, as text.</param>
    /// <param name="environment">An environment variable, which goes before it.</param>
    public static bool DoStay(Func<string, string?> configured, Func<string, string?> environment)
    {
        bool IsForEver(string name) => (environment($"DOTNET_ThreadPool_{name}") ?? configured($"System.Threading.ThreadPool.{name}")) == "-1";
        return IsForEver("ThreadsToKeepAlive") || IsForEver("ThreadTimeoutMs");
    }
}
