namespace Koda.Server.Engine.Events;

/// <summary>Runs work in the background, one run at a time; requests during a run are served by one more.</summary>
internal sealed class CoalescedRun(Func<Task> work)
{
    private readonly Lock _lock = new();
    private bool _isRunning;
    private bool _again;

    public void Request()
    {
        lock (_lock)
        {
            _again = _isRunning;
            if (_isRunning)
                return;
            _isRunning = true;
        }
        _ = Task.Run(Run);
    }

    private async Task Run()
    {
        while (true)
        {
            await work();
            lock (_lock)
            {
                if (!_again)
                {
                    _isRunning = false;
                    return;
                }
                _again = false;
            }
        }
    }
}
