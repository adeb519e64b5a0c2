using Xunit;

// Each test runs eight programs of its own.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
